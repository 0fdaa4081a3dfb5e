"""The JSON API: every view and operation, described by one OpenAPI document built from them."""
