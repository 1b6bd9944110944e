-- Clicks that led into a frame which nobody could see: they bring no order.

CREATE TABLE hidden_landings (
  click_id  TEXT    PRIMARY KEY,
  landed_at INTEGER NOT NULL
) WITHOUT ROWID;
