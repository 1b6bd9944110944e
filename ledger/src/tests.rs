//! Journeys through the books on real SQLite, natively.
