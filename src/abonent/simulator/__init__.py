"""The demo's own network, the people in it, and a phone in the browser. Absent outside the demo."""
