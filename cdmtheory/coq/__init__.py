"""Coq: certificates as theories, and what ``coqc`` says of theories."""
