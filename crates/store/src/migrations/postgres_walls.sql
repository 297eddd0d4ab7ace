-- What the walls ask (house.md §4.3). The role that they stand for, jinbu_app, belongs to the whole cluster and is
-- made or checked before any migration (postgres/roles.rs).
GRANT USAGE ON SCHEMA public TO jinbu_app;
CREATE OR REPLACE FUNCTION jinbu_reach() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.reach', true), '-') $f$;
CREATE OR REPLACE FUNCTION jinbu_organisation() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.organisation', true), '') $f$;
CREATE OR REPLACE FUNCTION jinbu_called() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.called', true), '') $f$;
CREATE OR REPLACE FUNCTION jinbu_person() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.person', true), '') $f$;
-- A place once filled stays as it is (append-only but one column).
CREATE OR REPLACE FUNCTION jinbu_keep() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $f$;
