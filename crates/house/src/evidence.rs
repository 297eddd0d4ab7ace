//! Evidence: a class's bundle for the offline verifier, and the journal's public face in the C2SP
//! tlog-tiles layout (M3.11, M8.9; house.md §0.4).

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use desk::{Act, Desk, Done, FactDraft, Pairs, Premises, Read, Routes};
use foundation::at;
use foundation::codes::{AttendanceKind, SessionMode};
use foundation::{ClassId, FactId, Fault, Function, Instant, Permission, Right, Stop};
use journal::bundle::{
    AttendanceRow, CertificateRow, ClaimItemRow, ClaimRow, ClassRow, EnrolmentRow, ExamResultRow, PaymentRow,
    SessionRow,
};
use journal::note::Keys;
use journal::tiles::{TileKind, TilePath, entry_bundle, hash_tile};
use journal::{Bundle, Contents, ProvenEntry, Rows, tree};
use maud::html;
use reckoning::hours::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::query::{ColumnTrait, QueryFilter, QueryOrder};
use store::tables::funds::{claim, claim_item, payment_line};
use store::tables::journal::{fact, journal_subject};
use store::tables::supervision::{
    attendance, certificate, class_session, completion_exam, enrolment, exam_score, training_class,
};
use store::{Reader, Writer, sequencer};

pub use crate::verification::{verify_classes, verify_classes_by, verify_database, verify_log_by};

/// The journal's signing keys of this installation.
pub fn keys(premises: &Premises) -> Keys {
    crate::keyring::journal_keys(&premises.settings.journal_origin, &premises.keyring)
        .expect("checked when the house opens")
}

/// Everything an auditor needs about one class. The reader must reach the class.
pub async fn export(premises: &Premises, reader: &Reader, system: &Reader, class: &ClassId) -> Result<Bundle, Stop> {
    let row = reader.get(&class).await?;
    let latest = sequencer::latest(system).await?.ok_or(Fault::Gone)?;
    let size = u64::try_from(latest.size).unwrap_or(0);
    let facts = system
        .list::<fact::Entity>(|q| {
            q.filter(fact::Column::Class.eq(class.clone()))
                .filter(fact::Column::Seq.is_not_null())
                .filter(fact::Column::Seq.lt(latest.size))
                .order_by_asc(fact::Column::Seq)
        })
        .await?;
    let seqs: Vec<i64> = facts.iter().filter_map(|one| one.seq).collect();
    let mut numbers = Vec::new();
    for chunk in seqs.chunks(500) {
        numbers.extend(
            system
                .list::<journal_subject::Entity>(|q| {
                    q.filter(journal_subject::Column::Seq.is_in(chunk.iter().copied()))
                })
                .await?,
        );
    }
    let count = facts.len() as u64;
    let mut entries = Vec::with_capacity(facts.len());
    for entry in sequencer::rebuild(facts, numbers)? {
        let proof = sequencer::with_nodes(system, |read| {
            tree::inclusion_proof(size, entry.seq, &|wanted: &[u64]| read(wanted))
        })
        .await?;
        entries.push(ProvenEntry::new(&entry, &proof).map_err(|e| Fault::Db(e.to_string()))?);
    }
    let rows = rows(system, &row, count).await?;
    let contents = Contents { class: class.clone(), checkpoint: latest.note, entries, rows, openings: None };
    Bundle::seal(contents, &keys(premises)).map_err(|e| Fault::Db(e.to_string()).into())
}

async fn rows(reader: &Reader, class: &training_class::Model, facts: u64) -> Result<Rows, Stop> {
    let id = &class.id;
    let policy = class
        .policy
        .as_deref()
        .map(|text| desk::policy::pinned(Some(text)).map(std::sync::Arc::unwrap_or_clone))
        .transpose()?;
    let sessions = reader
        .list::<class_session::Entity>(|q| {
            q.filter(class_session::Column::Class.eq(id.clone())).order_by_asc(class_session::Column::Position)
        })
        .await?;
    let enrolments = reader
        .list::<enrolment::Entity>(|q| {
            q.filter(enrolment::Column::Class.eq(id.clone())).order_by_asc(enrolment::Column::Id)
        })
        .await?;
    let events = reader
        .list::<attendance::Entity>(|q| {
            q.filter(m3_supervision::hours::marks_of_class(id)).order_by_asc(attendance::Column::Id)
        })
        .await?;
    let confirmed = reader
        .list::<completion_exam::Entity>(|q| {
            q.filter(completion_exam::Column::Class.eq(id.clone()))
                .filter(completion_exam::Column::ConfirmedBy.is_not_null())
        })
        .await?;
    let scores = if confirmed.is_empty() {
        Vec::new()
    } else {
        reader
            .list::<exam_score::Entity>(|q| {
                q.filter(exam_score::Column::Class.eq(id.clone())).order_by_asc(exam_score::Column::Id)
            })
            .await?
    };
    let certificates = reader
        .list::<certificate::Entity>(|q| {
            q.filter(certificate::Column::Class.eq(id.clone())).order_by_asc(certificate::Column::Number)
        })
        .await?;
    let claim = reader.find::<claim::Entity>(claim::Column::Class.eq(id.clone())).await?;
    let items = reader
        .list::<claim_item::Entity>(|q| {
            q.filter(claim_item::Column::Class.eq(id.clone()))
                .filter(claim_item::Column::Eligible.eq(true))
                .order_by_asc(claim_item::Column::Id)
        })
        .await?;
    let payments = match &claim {
        Some(one) => {
            reader
                .list::<payment_line::Entity>(|q| {
                    q.filter(payment_line::Column::Claim.eq(one.id.clone()))
                        .filter(payment_line::Column::State.eq(foundation::codes::PaymentState::Paid))
                })
                .await?
        }
        None => Vec::new(),
    };
    Ok(Rows {
        class: ClassRow {
            state: class.state.code().into(),
            policy,
            periods_total: class.periods_total,
            periods_online: class.periods_online,
            facts,
        },
        sessions: sessions
            .into_iter()
            .map(|one| SessionRow {
                session: one.id,
                starts_at: one.starts_at,
                ends_at: one.ends_at,
                periods: one.periods,
                online: one.mode == SessionMode::Online,
            })
            .collect(),
        enrolments: enrolments.into_iter().map(|one| EnrolmentRow { enrolment: one.id }).collect(),
        attendance: events
            .into_iter()
            .map(|one| AttendanceRow {
                attendance: one.id,
                fact: one.fact,
                session: one.session,
                enrolment: one.enrolment,
                at: one.at,
                method: matches!(one.kind, AttendanceKind::SignIn | AttendanceKind::SignOut)
                    .then(|| one.method.code().to_owned()),
                kind: match one.kind {
                    AttendanceKind::SignIn => Kind::SignIn,
                    AttendanceKind::SignOut => Kind::SignOut,
                    AttendanceKind::RollCall => Kind::RollCall,
                    AttendanceKind::Correction => Kind::Correction,
                },
            })
            .collect(),
        exam_results: scores
            .into_iter()
            .map(|one| ExamResultRow {
                exam: one.exam,
                enrolment: one.enrolment,
                theory: one.theory,
                practice: one.practice,
                passed: one.passed,
            })
            .collect(),
        certificates: certificates
            .into_iter()
            .map(|one| CertificateRow { certificate: one.id, enrolment: one.enrolment, number: one.number })
            .collect(),
        claim: claim.map(|one| ClaimRow { claim: one.id, state: one.state.code().into(), total_fen: one.total }),
        claim_items: items
            .into_iter()
            .map(|one| ClaimItemRow {
                item: one.id,
                claim: one.claim,
                enrolment: one.enrolment,
                credited_offline: one.credited_offline,
                credited_online: one.credited_online,
                payable: one.payable,
                amount_fen: one.amount,
            })
            .collect(),
        payments: payments
            .into_iter()
            .map(|one| PaymentRow {
                line: one.id,
                claim: one.claim,
                amount_fen: one.amount,
                reference: one.bank_reference,
            })
            .collect(),
    })
}

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

/// The fact of an export.
const EXPORTED: &str = "EvidenceExported";
/// How long whoever exported may fetch what he exported: a broken line is no second export.
const HANDED_OUT_FOR: TimeDelta = TimeDelta::minutes(15);

/// Where the exported evidence lies.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceExported {
    /// GET it here, as the one who exported it.
    pub address: String,
    /// Until then.
    pub until: Instant,
}

/// Taking a class's evidence leaves a fact: who took it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ExportEvidence {
    /// The class.
    pub class: ClassId,
}

impl Act for ExportEvidence {
    const NAME: &'static str = "export-evidence";
    const PERMISSION: Permission = Permission::Of(Function::OpeningApplication, Right::Read);
    const CLAUSE: &'static str = "M3.11";
    const CLAUSE_WHY: &'static str = "能看申请的人可带走全班的记录";
    const TITLE: &'static str = "导出证据包";
    type Outcome = EvidenceExported;

    async fn perform(&self, desk: &Desk, work: &Writer) -> Result<Done<EvidenceExported>, Stop> {
        if matches!(desk.actor.office, foundation::Office::Trainee { .. }) {
            return Err(Stop::Forbidden);
        }
        let class = work.get(&self.class).await?;
        let id: FactId = desk.new_id();
        let fact = FactDraft::new(EXPORTED, class.district, "导出证据包")
            .with_id(id.clone())
            .class(&class.id)
            .institution(&class.institution);
        Ok(Done::new(
            EvidenceExported { address: at::ApiV1Evidence(&id).to_string(), until: desk.now() + HANDED_OUT_FOR },
            fact,
        ))
    }
}

/// Journal and evidence routes.
pub fn routes() -> Routes {
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
