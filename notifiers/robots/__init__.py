"""Robots of chat groups (WeCom, DingTalk, Feishu): courtesy copies, never the way a page goes."""
