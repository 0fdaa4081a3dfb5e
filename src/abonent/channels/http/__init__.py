"""What the web and the API share: middlewares, strict readers of bodies, anti-forgery tokens."""
