"""Cover goods: what could hide under them."""
