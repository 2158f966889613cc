"""What people look at: terminal output, figures, pages."""
