"""A wiretap: subscriptions that feed a traffic registry, for whoever shows it."""
