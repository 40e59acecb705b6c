"""Alerts: what people should know of a round without looking, sent by e-mail, Slack, Teams or a webhook (docs/alerts.md)."""
