//! Evidence and the journal's public face in the C2SP tlog-tiles layout (M3.11, M8.9; house.md §0.4).

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Desk, Pairs, Read, Routes};
use foundation::{ClassId, FactId, Fault, Function, Permission, Right, Stop, at};
use journal::tiles::{TileKind, TilePath, entry_bundle, hash_tile};
use journal::tree;
use maud::html;
use store::sequencer;

use crate::acts::{EXPORTED, ExportEvidence, HANDED_OUT_FOR};
use crate::bundle::{export, keys};

/// The page of a class's evidence.
pub struct EvidencePage;
impl Read for EvidencePage {
    const NAME: &'static str = "evidence-page";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Read);
    const CLAUSE: &'static str = "M3.11";
    const CLAUSE_WHY: &'static str = "能看申请的人可带走全班的记录";
}

/// The journal's public pages.
pub struct PublicJournal;
impl Read for PublicJournal {
    const NAME: &'static str = "public-journal";
    const PERMISSION: Permission = Permission::Public;
    const CLAUSE: &'static str = "M8.9";
}

/// The file that an export by API handed out the address of.
pub struct EvidenceFile;
impl Read for EvidenceFile {
    const NAME: &'static str = "evidence-file";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Read);
    const CLAUSE: &'static str = "M3.11";
    const CLAUSE_WHY: &'static str = "能看申请的人可带走全班的记录";
}

/// Journal and evidence routes.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .read::<EvidencePage, _, _>("/classes/{id}/evidence", page)
        .act::<ExportEvidence, _, _>("/classes/{id}/evidence", download)
        .read::<EvidenceFile, _, _>("/api/v1/evidence/{fact}", handed_out)
        .read::<PublicJournal, _, _>("/journal", about)
        .read::<PublicJournal, _, _>("/journal/checkpoint", checkpoint)
        .read::<PublicJournal, _, _>("/journal/tile/{*path}", tile)
}

async fn page(desk: Desk, Path(class): Path<String>) -> Response {
    let found = match (class.parse::<ClassId>(), desk.read().await) {
        (Ok(id), Ok(reader)) => reader.get(&id).await,
        (Err(_), _) => Err(Fault::Gone.into()),
        (_, Err(stop)) => Err(stop),
    };
    match found {
        Ok(class) => desk.page("证据包", "/classes", html! {
            (ui::page_head("证据包", &class.title, &[ui::Button::link("回到班级", at::ClassPage(&class.id).to_string()),
                ui::Button::post("下载证据包", at::ClassEvidence(&class.id).to_string()).main()]))
            (ui::panel("", html! {
                p { "证据包里有这个班的全部事实、每条事实在公开日志里的证明、数据库现在的记录。拿到它的人不用联网，也不用相信我们，就能重算每个人的课时和金额。" }
                p { "核验方法：" code { "jinbu verify 证据包.json" } "，最后一行写明有几处不一致。" }
                p { "证据包里没有姓名、证件号码和电话。下载会记入日志。" }
            }))
        }),
        Err(stop) => desk.stopped(stop),
    }
}

async fn download(desk: Desk, Path(class): Path<String>, _form: Pairs) -> Response {
    let Ok(class) = class.parse::<ClassId>() else { return desk.stopped(Fault::Gone.into()) };
    let taken = async {
        desk.perform(ExportEvidence { class: class.clone() }).await?;
        bundle_bytes(&desk, &class).await
    };
    answer(&desk, taken.await)
}

/// What an export by API handed out: to the one who exported, for a quarter of an hour.
async fn handed_out(desk: Desk, Path(fact): Path<String>) -> Response {
    let taken = async {
        let id: FactId = fact.parse().map_err(|_| Fault::Gone)?;
        let row = desk.as_system("evidence").read().await?.get(&id).await?;
        let is_his = row.fact == EXPORTED && row.actor == desk.actor_key() && desk.now() <= row.at + HANDED_OUT_FOR;
        let class = row.class.filter(|_| is_his).ok_or(Fault::Gone)?;
        bundle_bytes(&desk, &class).await
    };
    answer(&desk, taken.await)
}

fn answer(desk: &Desk, taken: Result<(String, Vec<u8>), Stop>) -> Response {
    match taken {
        Ok((name, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, "application/json".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.json\"")),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (StatusCode::OK, headers, bytes).into_response()
        }
        Err(stop) => desk.stopped(stop),
    }
}

/// A class's evidence as it stands now, what was just exported among it.
async fn bundle_bytes(desk: &Desk, class: &ClassId) -> Result<(String, Vec<u8>), Stop> {
    sequencer::sequence(&desk.premises.db, &keys(&desk.premises), &desk.premises.settings.journal_origin, desk.now())
        .await?;
    let reader = desk.read().await?;
    let system = desk.as_system("evidence").snapshot().await?;
    let row = reader.get(&class).await?;
    let bundle = export(&desk.premises, &reader, &system, class).await?;
    Ok((row.class_no, bundle.to_json().map_err(|e| Fault::Db(e.to_string()))?))
}

async fn about(desk: Desk) -> Response {
    let system = desk.as_system("public-journal");
    let latest = match system.read().await {
        Ok(reader) => sequencer::latest(&reader).await,
        Err(stop) => Err(stop),
    };
    match latest {
        Ok(latest) => {
            let verifier = keys(&desk.premises).verifier_keys().to_string();
            desk.page("公开日志", "/journal", html! {
                (ui::page_head("公开日志", "每件事都记入一本只能往后写的日志", &[]))
                (ui::panel("", html! {
                    p { "办成的每件事都是日志里的一条事实，按先后连成一棵哈希树；每隔一会儿给树根签一次名。谁改动过去的一个字，树根就对不上。日志里没有姓名、证件号码和电话，只有带盐的指纹。" }
                    @if let Some(latest) = &latest {
                        p { "现在共有 " strong { (latest.size) } " 条。" } pre { (latest.note) }
                    } @else {
                        p { "还没有记录。" }
                    }
                    p { "核验用的公钥：" } pre { (verifier) }
                    p { a href="/journal/checkpoint" { "最新检查点" } "（C2SP 格式；哈希分块在 /journal/tile/ 下，别人写的核验程序也能用）" }
                }))
            })
        }
        Err(stop) => desk.stopped(stop),
    }
}

async fn checkpoint(desk: Desk) -> Response {
    let latest = match desk.as_system("public-journal").read().await {
        Ok(reader) => sequencer::latest(&reader).await,
        Err(stop) => Err(stop),
    };
    match latest {
        Ok(Some(latest)) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], latest.note).into_response(),
        Ok(None) => desk.stopped(Fault::Gone.into()),
        Err(stop) => desk.stopped(stop),
    }
}

async fn tile(desk: Desk, Path(path): Path<String>) -> Response {
    let Ok(wanted) = format!("tile/{path}").parse::<TilePath>() else { return desk.stopped(Fault::Gone.into()) };
    match tile_bytes(&desk, &wanted).await {
        Ok(bytes) => (
            [
                (header::CONTENT_TYPE, "application/octet-stream"),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            bytes,
        )
            .into_response(),
        Err(stop) => desk.stopped(stop),
    }
}

async fn tile_bytes(desk: &Desk, wanted: &TilePath) -> Result<Vec<u8>, Stop> {
    let reader = desk.as_system("public-journal").read().await?;
    if !wanted.exists(sequencer::size(&reader).await?) {
        return Err(Fault::Gone.into());
    }
    let broken = |_| Stop::Fault(Fault::Db("journal tile".into()));
    if wanted.kind == TileKind::Entries {
        let entries = sequencer::entries(&reader, wanted.entries()).await?;
        let bytes: Result<Vec<Vec<u8>>, _> = entries.iter().map(journal::Entry::to_bytes).collect();
        return entry_bundle(&bytes.map_err(|e| Fault::Db(e.to_string()))?).map_err(broken);
    }
    let indexes = wanted.hash_indexes();
    let nodes = sequencer::read_nodes(&reader, &indexes).await?;
    let hashes: Option<Vec<tree::Hash>> = indexes.iter().map(|index| nodes.get(index).copied()).collect();
    hash_tile(wanted, &hashes.ok_or(Fault::Gone)?).map_err(broken)
}
