"""Where things lie: raw answers as they came, each kept once and never changed."""
