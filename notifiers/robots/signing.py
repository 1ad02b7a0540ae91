"""How DingTalk's and Feishu's robots are shown that a request is ours. Pure."""

import base64
import hashlib
import hmac


def dingtalk(secret: str, milliseconds: int) -> str:
    """DingTalk's `sign`, still to be quoted for the address; the secret is the key."""
    return _signed(secret, f"{milliseconds}\n{secret}")


def feishu(secret: str, seconds: int) -> str:
    """Feishu's `sign`: the same words are the key here, and nothing is signed with it."""
    return _signed(f"{seconds}\n{secret}", "")


def _signed(key: str, words: str) -> str:
    digest = hmac.new(key.encode(), words.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
