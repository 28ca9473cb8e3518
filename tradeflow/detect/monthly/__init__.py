"""Monthly series: description, alarm, and how often the alarm is false."""
