"""All evidence on each series together, and one word for it."""
