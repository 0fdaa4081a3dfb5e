"""The cabinet in a browser: server-rendered pages, plain forms, one renderer for every outcome."""
