"""What the codes mean: editions, families, categories, words, countries, events, units."""
