//! The role that rooms' queries run as, `jinbu_app`: owns nothing, cannot pass the walls (house.md §4.3). Made where
//! the connecting user may make it, else checked, and whoever may make it is told the statement. Roles belong to the
//! whole cluster: a dump does not carry them.

use foundation::Fault;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction};

use super::migrate::{run_batch, texts};
use crate::walls;

/// The role's name.
pub const APP: &str = "jinbu_app";

/// What stands between the connecting user and the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// There is no such role.
    Role,
    /// There is one, but the connecting user may not take it on.
    Membership,
    /// It could pass the walls: superuser or BYPASSRLS.
    Powers,
}

/// One of `role`, `membership`, `powers`, or nothing lacking. `SET` is what taking a role on needs since PostgreSQL 16.
const ASK: &str = "SELECT CASE \
    WHEN NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'jinbu_app') THEN 'role' \
    WHEN EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'jinbu_app' AND (rolsuper OR rolbypassrls)) THEN 'powers' \
    WHEN NOT pg_has_role(current_user, 'jinbu_app', CASE WHEN current_setting('server_version_num')::int >= 160000 \
    THEN 'SET' ELSE 'MEMBER' END) THEN 'membership' \
    ELSE '' END";

/// Makes the role, or takes it on, where the connecting user may.
/// Errors: in words, with the statement that somebody else has to run.
pub async fn ensure(connection: &DatabaseConnection) -> Result<(), Fault> {
    let Some(lack) = lacking(connection).await? else { return Ok(()) };
    let user = texts(connection, "SELECT current_user::text").await?.pop().unwrap_or_default();
    let make = format!("CREATE ROLE {APP} NOLOGIN NOBYPASSRLS");
    let grant = format!("GRANT {APP} TO \"{}\"", user.replace('"', "\"\""));
    let curb = format!("ALTER ROLE {APP} NOSUPERUSER NOBYPASSRLS");
    let tries: &[&String] = match lack {
        Lack::Role => &[&make, &grant],
        Lack::Membership => &[&grant],
        Lack::Powers => &[&curb, &grant],
    };
    // Of several installations coming up at once on one cluster one makes it; the others fail here and find it below.
    for statement in tries {
        if let Err(fault) = run_batch(connection, statement).await {
            tracing::debug!(%fault, "making the role");
        }
    }
    let Some(lack) = lacking(connection).await? else { return Ok(()) };
    let (what, statements) = match lack {
        Lack::Role => {
            (format!("PostgreSQL 里没有角色 {APP}（它是整个数据库集群的，备份里不带）"), format!("{make}; {grant};"))
        }
        Lack::Membership => (format!("连接数据库的用户 {user} 不能使用角色 {APP}"), format!("{grant};")),
        Lack::Powers => (format!("角色 {APP} 能绕过行级隔离（它是超级用户，或者有 BYPASSRLS）"), format!("{curb};")),
    };
    Err(Fault::Upstream(format!(
        "{what}，用户 {user} 也无权改。请数据库管理员（例如 postgres 用户）在这个数据库里执行一次：{statements} 然后再启动"
    )))
}

async fn lacking(connection: &impl ConnectionTrait) -> Result<Option<Lack>, Fault> {
    Ok(match texts(connection, ASK).await?.pop().as_deref() {
        Some("role") => Some(Lack::Role),
        Some("membership") => Some(Lack::Membership),
        Some("powers") => Some(Lack::Powers),
        _ => None,
    })
}

/// Tables of ours that the role may not even read: restored from a dump into a cluster that had no such role yet.
const WITHOUT_GRANT: &str = "SELECT c.relname::text FROM pg_class c \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') \
    AND c.relname <> 'seaql_migrations' \
    AND NOT (has_table_privilege('jinbu_app', c.oid, 'SELECT') AND has_table_privilege('jinbu_app', c.oid, 'INSERT'))";

/// Gives the role again what a restored dump left out: the grants of the tables, never more than the schema says.
/// Errors: the database's own; in words, where the tables belong to somebody else.
pub async fn ensure_grants(txn: &DatabaseTransaction) -> Result<(), Fault> {
    let without = texts(txn, WITHOUT_GRANT).await?;
    let schema_open = texts(txn, "SELECT has_schema_privilege('jinbu_app', current_schema(), 'USAGE')::text").await?;
    if without.is_empty() && schema_open.iter().all(|text| text == "true") {
        return Ok(());
    }
    let strange = texts(
        txn,
        "SELECT DISTINCT pg_get_userbyid(c.relowner)::text FROM pg_class c \
         WHERE c.relnamespace = current_schema()::regnamespace \
         AND c.relkind IN ('r', 'p') AND NOT pg_has_role(current_user, c.relowner, 'USAGE')",
    )
    .await?;
    if let Some(owner) = strange.first() {
        return Err(Fault::Upstream(format!(
            "数据库里的表属于用户 {owner}，现在用来连接的用户不是它，开不了角色 {APP} 的权限。请用 {owner} 连接，或请数据库管理员把表转给现在的用户（REASSIGN OWNED）"
        )));
    }
    let mut statements = vec![format!("GRANT USAGE ON SCHEMA public TO {APP}")];
    statements.extend(
        walls::grants()
            .into_iter()
            .filter(|(table, _)| without.iter().any(|one| one == table))
            .map(|(_, statement)| statement),
    );
    for statement in &statements {
        run_batch(txn, statement).await?;
    }
    Ok(())
}
