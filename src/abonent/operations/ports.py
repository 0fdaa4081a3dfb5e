"""What we need of the world outside, and what may be missing from it."""

from abonent.store.errors import Unavailable as Unavailable
