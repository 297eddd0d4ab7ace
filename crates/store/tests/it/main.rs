//! The store on both databases: door, reach, walls, schema, copy-db. PostgreSQL runs where
//! `JINBU_TEST_PG` says there is a cluster (scripts/with_postgres.sh); the PostgreSQL lane demands it.

mod door;
mod migrations;
mod reach;
mod rotation;
mod schema;
mod sequencer;
mod support;
