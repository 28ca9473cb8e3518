"""European Central Bank: reference rates of the euro, monthly means."""
