"""The commands of ``cdmtheory``, one module each: EPILOG, add_arguments(parser) and run(options) -> exit code."""

USAGE_ERROR = 2
INTERNAL_ERROR = 3
INTERRUPTED = 130
