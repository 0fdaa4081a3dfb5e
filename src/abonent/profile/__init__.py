"""An operator as data: a folder of TOML and Markdown becomes frozen objects, or problems."""
