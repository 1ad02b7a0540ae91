"""The schema's history: every installed database climbs it to the present."""
