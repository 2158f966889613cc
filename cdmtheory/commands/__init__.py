"""The commands of ``cdmtheory``, one module each: EPILOG, add_arguments(parser) and run(options) -> exit code."""
