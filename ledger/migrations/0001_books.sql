-- The books of one merchant. Times are milliseconds since 1970 (merchant's clock),
-- amounts are minor units of the currency beside them, *_key are keyed hashes.

CREATE TABLE merchant (
  id              INTEGER PRIMARY KEY CHECK (id = 1),
  slug            TEXT    NOT NULL,
  name            TEXT    NOT NULL,
  shop_url        TEXT    NOT NULL,           -- where links lead by default
  email           TEXT    NOT NULL,           -- the merchant's own address
  currency        TEXT    NOT NULL,           -- ISO 4217
  locale          TEXT    NOT NULL,           -- BCP 47
  accent          TEXT,                       -- #rrggbb
  consent_required INTEGER NOT NULL,          -- 0 or 1
  test            INTEGER NOT NULL,           -- 1: the clock can be moved
  clock_offset_ms INTEGER NOT NULL,           -- added to the real time
  key_generation  INTEGER NOT NULL,           -- of the API keys
  identity_key    INTEGER NOT NULL,           -- number of the master key behind *_key columns
  created_at      INTEGER NOT NULL
);

CREATE TABLE programs (
  version      INTEGER PRIMARY KEY,           -- the highest one is live
  document     TEXT    NOT NULL,              -- JSON
  published_at INTEGER NOT NULL
);

CREATE TABLE advocates (
  id              TEXT    PRIMARY KEY,
  email           TEXT    NOT NULL,
  email_key       TEXT    NOT NULL UNIQUE,
  name            TEXT,
  locale          TEXT    NOT NULL,
  code            TEXT    NOT NULL UNIQUE,    -- the personal code
  customer        TEXT,                       -- the shop's own id, from a signed identity
  verified_at     INTEGER,                    -- when the address was proved
  unsubscribed_at INTEGER,
  created_at      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE click_segments (
  batch       TEXT    PRIMARY KEY,            -- random name: a batch sent twice counts once
  received_at INTEGER NOT NULL,
  clicks      INTEGER NOT NULL,
  bytes       BLOB    NOT NULL                -- packed records, see clicks.rs
);

CREATE TABLE counters (
  day       INTEGER NOT NULL,                 -- days since 1970, UTC
  measure   TEXT    NOT NULL,                 -- click, share, landing, dropped, …
  dimension TEXT    NOT NULL,                 -- channel, reason, …
  n         INTEGER NOT NULL,
  PRIMARY KEY (day, measure, dimension)
) WITHOUT ROWID;

CREATE TABLE code_clicks (
  code TEXT    PRIMARY KEY,
  n    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE shares (
  press_id    TEXT    PRIMARY KEY,            -- random, from the browser: a press sent twice counts once
  advocate_id TEXT    NOT NULL,
  channel     TEXT    NOT NULL,
  placement   TEXT    NOT NULL,
  shared_at   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX shares_by_advocate ON shares (advocate_id);

CREATE TABLE landings (
  click_id   TEXT    PRIMARY KEY,
  code       TEXT    NOT NULL,
  channel    TEXT    NOT NULL,
  clicked_at INTEGER NOT NULL,
  landed_at  INTEGER NOT NULL,
  page       TEXT    NOT NULL                 -- path only, no query
) WITHOUT ROWID;

CREATE TABLE coupons (
  code        TEXT    PRIMARY KEY,
  advocate_id TEXT    NOT NULL,
  click_id    TEXT    NOT NULL UNIQUE,        -- one coupon a click
  channel     TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  order_id    TEXT                            -- the order that used it
) WITHOUT ROWID;

CREATE TABLE conversions (
  id              TEXT    PRIMARY KEY,
  order_id        TEXT    NOT NULL UNIQUE,
  amount_minor    INTEGER NOT NULL,
  currency        TEXT    NOT NULL,
  refunded_minor  INTEGER NOT NULL,           -- sum of refunds, same currency
  friend_key      TEXT,                       -- who ordered
  click           TEXT,                       -- JSON of the proved click
  click_id        TEXT,
  coupon          TEXT,                       -- as reported
  ordered_at      INTEGER NOT NULL,
  reported_at     INTEGER NOT NULL,           -- first report
  confirmed_at    INTEGER,                    -- first report by the shop's server
  program_version INTEGER NOT NULL,           -- the rules that it began under
  decision        TEXT    NOT NULL,           -- JSON: winner and losers with reasons
  verdict         TEXT    NOT NULL            -- referred, or the code of the reason why not
) WITHOUT ROWID;
CREATE INDEX conversions_by_friend ON conversions (friend_key) WHERE friend_key IS NOT NULL;
CREATE INDEX conversions_by_click ON conversions (click_id) WHERE click_id IS NOT NULL;

CREATE TABLE refunds (
  order_id     TEXT    NOT NULL,
  refund_id    TEXT    NOT NULL,              -- a refund sent twice counts once
  amount_minor INTEGER NOT NULL,
  currency     TEXT    NOT NULL,
  refunded_at  INTEGER NOT NULL,
  PRIMARY KEY (order_id, refund_id)
) WITHOUT ROWID;

CREATE TABLE referrals (
  id            TEXT    PRIMARY KEY,
  conversion_id TEXT    NOT NULL,
  advocate_id   TEXT    NOT NULL,
  source        TEXT    NOT NULL,             -- coupon or click
  channel       TEXT    NOT NULL,             -- empty where unknown
  status        TEXT    NOT NULL,
  reason        TEXT,                         -- why voided
  created_at    INTEGER NOT NULL,
  release_at    INTEGER NOT NULL              -- end of the hold period
) WITHOUT ROWID;
CREATE UNIQUE INDEX one_live_referral ON referrals (conversion_id) WHERE status <> 'voided';
CREATE INDEX referrals_by_conversion ON referrals (conversion_id);
CREATE INDEX referrals_by_advocate ON referrals (advocate_id, created_at);
CREATE INDEX referrals_due ON referrals (release_at) WHERE status = 'pending';

CREATE TABLE rewards (
  id           TEXT    PRIMARY KEY,
  referral_id  TEXT    NOT NULL,
  advocate_id  TEXT    NOT NULL,              -- of the referral, for both sides
  side         TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  amount_minor INTEGER NOT NULL,              -- what it is worth for this order
  currency     TEXT    NOT NULL,
  basis_points INTEGER,                       -- where the offer is a share
  status       TEXT    NOT NULL,
  reason       TEXT,
  created_at   INTEGER NOT NULL,
  release_at   INTEGER NOT NULL,
  changed_at   INTEGER NOT NULL,
  UNIQUE (referral_id, side)
) WITHOUT ROWID;
CREATE INDEX rewards_by_advocate ON rewards (advocate_id, created_at);

CREATE TABLE events (
  seq     INTEGER PRIMARY KEY,                -- 1, 2, 3, … without gaps
  at      INTEGER NOT NULL,
  kind    TEXT    NOT NULL,
  subject TEXT    NOT NULL,                   -- id of what it is about
  actor   TEXT    NOT NULL,
  data    TEXT    NOT NULL,                   -- JSON
  hash    TEXT    NOT NULL                    -- SHA-256 over the previous hash and this row
);
CREATE INDEX events_by_subject ON events (subject);

CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY,
  kind       TEXT    NOT NULL,                -- mail
  template   TEXT    NOT NULL,
  recipient  TEXT    NOT NULL,
  locale     TEXT    NOT NULL,
  subject_id TEXT    NOT NULL,                -- the advocate it is written to
  data       TEXT    NOT NULL,                -- JSON
  created_at INTEGER NOT NULL,
  sent_at    INTEGER                          -- empty: only the outbox shows it
);

CREATE TABLE idempotency (
  key          TEXT    PRIMARY KEY,
  request_hash TEXT    NOT NULL,
  answer       TEXT    NOT NULL,              -- JSON
  created_at   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);
