//! The store on both databases: door, reach, walls, schema, copy-db. PostgreSQL runs where
//! `JINBU_TEST_PG` says there is a cluster (scripts/with_postgres.sh); the PostgreSQL lane demands it.

mod copy;
mod door;
mod migrations;
mod postgres;
mod reach;
mod rotation;
mod schema;
mod sequencer;
mod support;
