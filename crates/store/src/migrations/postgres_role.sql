-- The role that rooms' queries run as: owns nothing, cannot bypass the walls (house.md §4.3).
-- Roles belong to the whole cluster: of several installations coming up at once one makes it, the others find it.
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'jinbu_app') THEN
    CREATE ROLE jinbu_app NOLOGIN NOBYPASSRLS;
  END IF;
  IF NOT pg_has_role(CURRENT_USER, 'jinbu_app', 'MEMBER') THEN
    EXECUTE format('GRANT jinbu_app TO %I', CURRENT_USER);
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN NULL;
END $$;
GRANT USAGE ON SCHEMA public TO jinbu_app;
CREATE OR REPLACE FUNCTION jinbu_reach() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.reach', true), '-') $f$;
CREATE OR REPLACE FUNCTION jinbu_institution() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.institution', true), '') $f$;
CREATE OR REPLACE FUNCTION jinbu_person() RETURNS text LANGUAGE sql STABLE AS $f$ SELECT coalesce(current_setting('jinbu.person', true), '') $f$;
-- A place once filled stays as it is (append-only but one column).
CREATE OR REPLACE FUNCTION jinbu_keep() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $f$;
