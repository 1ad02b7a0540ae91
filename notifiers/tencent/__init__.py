"""Texts and calls through Tencent Cloud: approved templates with numbered blanks."""
