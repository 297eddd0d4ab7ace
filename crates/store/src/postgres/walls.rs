//! Whether PostgreSQL's walls stand as the migrations declare them (house.md §4.3; `jinbu check`): row-level security
//! on and forced, each policy there and not thrown open, triggers switched on, keys in force, no grant too many.

use std::collections::BTreeSet;

use foundation::Fault;
use sea_orm::{ConnectionTrait, DbBackend};

use super::migrate::texts;
use crate::migrations;

/// `policy name table`, ` open` behind those that let everything through.
const POLICIES: &str = "SELECT p.polname || ' ' || c.relname || \
    CASE WHEN 'true' IN (coalesce(pg_get_expr(p.polqual, p.polrelid), ''), \
    coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')) THEN ' open' ELSE '' END \
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = current_schema()::regnamespace";
const WALLED: &str = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace \
    AND relrowsecurity AND relforcerowsecurity";
const TRIGGERS: &str = "SELECT t.tgname || ' ' || c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')";
/// Foreign keys whose own triggers were switched off, and constraints that were never held against the rows.
const SLACK: &str = "SELECT DISTINCT c.relname || ' ' || coalesce(k.conname, t.tgname) FROM pg_trigger t \
    JOIN pg_class c ON c.oid = t.tgrelid \
    LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint WHERE c.relnamespace = current_schema()::regnamespace \
    AND t.tgisinternal AND t.tgenabled = 'D' \
    UNION SELECT c.relname || ' ' || k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT k.convalidated";
/// Tables whose rows the role may change or remove.
const CHANGEABLE: &str = "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace \
    AND relkind = 'r' \
    AND (has_table_privilege('jinbu_app', oid, 'UPDATE') OR has_table_privilege('jinbu_app', oid, 'DELETE') \
    OR has_table_privilege('jinbu_app', oid, 'TRUNCATE'))";

/// What the statements of the migrations make.
#[derive(Default)]
struct Declared {
    policies: BTreeSet<String>,
    walled: BTreeSet<String>,
    triggers: BTreeSet<String>,
    append_only: BTreeSet<String>,
}

fn declared() -> Declared {
    let mut all = Declared::default();
    for statement in migrations::all(DbBackend::Postgres).iter().flat_map(|one| &one.statements) {
        let quoted = || statement.split('"').skip(1).step_by(2).map(str::to_owned);
        if let Some(rest) = statement.strip_prefix("CREATE POLICY ") {
            let name = rest.split(' ').next().unwrap_or("");
            let open =
                if statement.contains("USING (true)") || statement.contains("CHECK (true)") { " open" } else { "" };
            all.policies.extend(quoted().next().map(|table| format!("{name} {table}{open}")));
        } else if statement.starts_with("CREATE TRIGGER ") {
            let names: Vec<String> = quoted().collect();
            all.triggers.insert(names.join(" "));
        } else if statement.ends_with("FORCE ROW LEVEL SECURITY") {
            all.walled.extend(quoted().next());
        } else if statement.starts_with("GRANT SELECT, INSERT ON ") {
            all.append_only.extend(quoted().next());
        }
    }
    all
}

/// What is not as declared, in words. Errors: the database cannot be asked.
pub async fn lacking(connection: &impl ConnectionTrait) -> Result<Vec<String>, Fault> {
    let declared = declared();
    let set = async |sql: &str| -> Result<BTreeSet<String>, Fault> {
        Ok(texts(connection, sql).await?.into_iter().collect())
    };
    let mut odd = Vec::new();
    let policies = set(POLICIES).await?;
    odd.extend(
        declared
            .policies
            .difference(&policies)
            .map(|one| format!("行级隔离策略 {} 不在或被改过", one.trim_end_matches(" open"))),
    );
    odd.extend(
        policies
            .difference(&declared.policies)
            .map(|one| format!("行级隔离策略 {} 是多出来的或被放开了", one.trim_end_matches(" open"))),
    );
    odd.extend(declared.walled.difference(&set(WALLED).await?).map(|table| format!("表 {table} 的行级隔离被关掉了")));
    odd.extend(declared.triggers.difference(&set(TRIGGERS).await?).map(|one| format!("触发器 {one} 不在或被停用")));
    odd.extend(set(SLACK).await?.into_iter().map(|one| format!("约束 {one} 没有在检查")));
    odd.extend(
        declared
            .append_only
            .intersection(&set(CHANGEABLE).await?)
            .map(|table| format!("角色 jinbu_app 多了修改或删除表 {table} 的权限")),
    );
    odd.sort();
    odd.dedup();
    Ok(odd)
}
