"""Price against volume, and unusual unit values."""
