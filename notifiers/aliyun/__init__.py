"""Texts and calls through Alibaba Cloud: approved templates, pushed or queried receipts."""
