"""E-mail by SMTP: duty notices with their calendar, and copies; never the way a page goes alone."""
