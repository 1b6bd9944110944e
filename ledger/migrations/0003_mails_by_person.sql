-- How lately somebody was written to is asked before another sign-in link goes out.
CREATE INDEX outbox_by_subject ON outbox (subject_id, template, created_at);
