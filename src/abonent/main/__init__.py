"""The composition root and the command line: the only module that knows everything."""
