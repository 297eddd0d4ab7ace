//! The payee's account (M8.9; risk rule F04): typed by one person, typed again by another.

use foundation::{Stop, TaskId};
use m2_institutions::acts::payee::{
    ConfirmPayeeAccount, DeclinePayeeAccount, ProposePayeeAccount, WithdrawPayeeAccount,
};
use store::query::{ColumnTrait, QueryFilter};
use store::seal::Purpose;
use store::tables::institutions::{institution, payee_change};
use store::tables::journal::fact;
use store::tables::notices::task;
use testkit::personas::school;
use testkit::{Persona, TestHouse};

const ACCOUNT: &str = "622909123456789012";

fn propose(account: &str) -> ProposePayeeAccount {
    ProposePayeeAccount {
        institution: school(),
        bank: "兴业银行晋江支行".into(),
        account: account.into(),
        document: "账户变更函".into(),
    }
}

fn confirm(account: &str) -> ConfirmPayeeAccount {
    ConfirmPayeeAccount { institution: school(), change: None, account: account.into() }
}

async fn row(house: &TestHouse) -> institution::Model {
    house.system().read().await.unwrap().get(&school()).await.unwrap()
}

async fn open_tasks(house: &TestHouse) -> Vec<TaskId> {
    let reader = house.system().read().await.unwrap();
    let all = reader.list::<task::Entity>(|q| q.filter(task::Column::Kind.eq("confirm-payee-account"))).await.unwrap();
    all.into_iter().filter(|one| one.done_at.is_none()).map(|one| one.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_9_an_account_takes_effect_when_two_people_typed_the_same() {
    let (house, _) = crate::support::house().await;
    let before = row(&house).await;
    let officer = house.desk(Persona::JinjiangOfficer);
    officer.perform(propose(ACCOUNT)).await.unwrap();
    assert_eq!(row(&house).await, before, "one person changes nothing");
    assert!(
        matches!(officer.perform(propose("622909123456789013")).await,
            Err(Stop::Refused(no)) if no[0].fact.contains("等着复核")),
        "one at a time"
    );
    assert!(matches!(officer.perform(confirm(ACCOUNT)).await, Err(Stop::Refused(no)) if no[0].rule == "职责分离"));
    let reviewer = house.desk(Persona::JinjiangReviewer);
    assert!(matches!(reviewer.perform(confirm("622909123456789013")).await,
            Err(Stop::Refused(no)) if no[0].field.as_deref() == Some("account")));
    for outsider in [
        Persona::SchoolClerk,
        Persona::RivalClerk,
        Persona::ShishiOfficer,
        Persona::JinjiangFinance,
        Persona::ProvinceOfficer,
    ] {
        assert!(house.desk(outsider).perform(propose(ACCOUNT)).await.is_err(), "{outsider:?} proposes nothing");
        assert!(house.desk(outsider).perform(confirm(ACCOUNT)).await.is_err(), "{outsider:?} confirms nothing");
    }
    assert_eq!(open_tasks(&house).await.len(), 1);
    reviewer.perform(confirm(ACCOUNT)).await.unwrap();
    let after = row(&house).await;
    assert_eq!((after.bank.as_str(), after.account_masked.as_str()), ("兴业银行晋江支行", "****9012"));
    let opened = house.premises.keyring.open(Purpose::Account, &after.id.to_string(), &after.account.unwrap()).unwrap();
    assert_eq!(opened.as_str(), ACCOUNT);
    assert!(open_tasks(&house).await.is_empty());
    let facts = house
        .system()
        .read()
        .await
        .unwrap()
        .list::<fact::Entity>(|q| q.filter(fact::Column::Clause.eq("M8.9")))
        .await
        .unwrap();
    assert!(
        facts.len() == 2 && facts.iter().all(|one| !one.body.contains(ACCOUNT) && !one.summary.contains(ACCOUNT)),
        "{facts:?}"
    );
    assert!(
        matches!(officer.perform(propose(ACCOUNT)).await, Err(Stop::Refused(no)) if no[0].fact.contains("现在登记的就是"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_9_a_proposal_is_sent_or_taken_back_and_another_may_follow() {
    let (house, _) = crate::support::house().await;
    let before = row(&house).await;
    let (officer, reviewer) = (house.desk(Persona::JinjiangOfficer), house.desk(Persona::JinjiangReviewer));
    let decline = |reason: &str| DeclinePayeeAccount { institution: school(), change: None, reason: reason.into() };
    officer.perform(propose(ACCOUNT)).await.unwrap();
    assert!(matches!(reviewer.perform(decline(" ")).await,
            Err(Stop::Refused(no)) if no[0].field.as_deref() == Some("reason")));
    reviewer.perform(decline("变更函上的账号看不清")).await.unwrap();
    officer.perform(propose("622909123456789013")).await.unwrap();
    assert!(
        matches!(officer.perform(decline("填错了")).await, Err(Stop::Refused(no)) if no[0].fact.contains("请撤回")),
        "his own he takes back"
    );
    let withdraw = || WithdrawPayeeAccount { institution: school(), change: None, reason: "填错了".into() };
    assert!(
        matches!(reviewer.perform(withdraw()).await, Err(Stop::Refused(no)) if no[0].rule == "职责分离"),
        "another's he sends back"
    );
    officer.perform(withdraw()).await.unwrap();
    assert_eq!((row(&house).await, open_tasks(&house).await.len()), (before, 0));
    assert!(
        matches!(reviewer.perform(confirm(ACCOUNT)).await, Err(Stop::Refused(no)) if no[0].fact.contains("没有等着复核"))
    );
    let all = house.system().read().await.unwrap().list::<payee_change::Entity>(|q| q).await.unwrap();
    assert!(all.len() == 2 && all.iter().all(|one| one.accepted == Some(false) && one.open.is_none()));
}

/// Two people who propose at once: the database's key lets one in.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_of_two_proposals_at_once_one_stands() {
    let (house, _) = crate::support::house().await;
    let (one, other) = (house.desk(Persona::JinjiangOfficer), house.desk(Persona::JinjiangReviewer));
    let (first, second) = tokio::join!(one.perform(propose(ACCOUNT)), other.perform(propose("622909123456789013")));
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
    assert_eq!(open_tasks(&house).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_9_the_page_shows_each_what_is_theirs_to_do() {
    let (house, _) = crate::support::house().await;
    let web = house.serve(m2_institutions::room().routes);
    let at = format!("/institutions/{}/payee", school());
    let fields = [("bank", "兴业银行晋江支行"), ("account", ACCOUNT), ("document", "账户变更函")];
    assert_eq!(web.post(Some(Persona::JinjiangOfficer), &at, &fields).await.status, 303);
    let leads = web.get(Some(Persona::JinjiangOfficer), &at).await;
    assert_eq!(leads.status, 303, "while one waits its page is the page");
    let at = leads.location;
    let own = web.get(Some(Persona::JinjiangOfficer), &at).await;
    assert!(
        own.text.contains("须由另一人复核") && own.text.contains("撤回") && !own.text.contains("复核通过"),
        "{}",
        own.text
    );
    let other = web.get(Some(Persona::JinjiangReviewer), &at).await;
    assert!(
        other.text.contains("复核通过") && other.text.contains("****9012") && !other.text.contains(ACCOUNT),
        "{}",
        other.text
    );
    let wrong =
        web.post(Some(Persona::JinjiangReviewer), &format!("{at}/confirm"), &[("account", "622909123456789013")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("两人输入的账号不一致"), "{}", wrong.text);
    assert_eq!(
        web.post(Some(Persona::JinjiangReviewer), &format!("{at}/confirm"), &[("account", "6229 0912 3456 7890 12")])
            .await
            .status,
        303
    );
    let done = web.get(Some(Persona::JinjiangReviewer), &at).await;
    assert!(done.text.contains("已生效") && !done.text.contains("复核通过</button>"), "{}", done.text);
    let fresh = web.get(Some(Persona::JinjiangReviewer), &format!("/institutions/{}/payee", school())).await;
    assert!(fresh.text.contains("现在登记的是 兴业银行晋江支行 ****9012"), "{}", fresh.text);
}

/// The register says who proposed, who decided and on what, by state; nobody else's county is in it.
#[tokio::test(flavor = "multi_thread")]
async fn f04_corrections_of_accounts_are_found_by_state_and_reach() {
    let (house, _) = crate::support::house().await;
    let (officer, reviewer) = (house.desk(Persona::JinjiangOfficer), house.desk(Persona::JinjiangReviewer));
    let decline = |reason: &str| DeclinePayeeAccount { institution: school(), change: None, reason: reason.into() };
    officer.perform(propose(ACCOUNT)).await.unwrap();
    reviewer.perform(decline("变更函上的账号看不清")).await.unwrap();
    officer.perform(propose("622909123456789013")).await.unwrap();
    officer
        .perform(WithdrawPayeeAccount { institution: school(), change: None, reason: "填错了".into() })
        .await
        .unwrap();
    officer.perform(propose("622909123456789014")).await.unwrap();
    let web = house.serve(m2_institutions::room().routes);
    for (state, shown, hidden) in
        [("ZH10", "****9014", "****9013"), ("ZH30", "****9012", "****9014"), ("ZH40", "****9013", "****9012")]
    {
        let page = web.get(Some(Persona::JinjiangFinance), &format!("/payee-changes?state={state}")).await;
        assert!(page.text.contains(shown) && !page.text.contains(hidden), "{state}: {}", page.text);
    }
    let all = web.get(Some(Persona::JinjiangFinance), "/payee-changes?q=安海").await;
    assert!(
        all.text.contains("账户变更函") && all.text.contains("安海职业培训学校") && !all.text.contains(ACCOUNT),
        "{}",
        all.text
    );
    assert!(web.get(Some(Persona::ShishiOfficer), "/payee-changes").await.text.contains("没有收款账户更正"));
    let file = web.get(Some(Persona::JinjiangFinance), "/payee-changes?export=csv").await;
    assert!(file.text.contains("****9014") && file.text.contains("已撤回"), "{}", file.text);
}

/// A page that was open while its correction was taken back and another proposed decides nothing about the other.
#[tokio::test(flavor = "multi_thread")]
async fn f04_a_stale_page_confirms_no_other_correction() {
    let (house, _) = crate::support::house().await;
    let before = row(&house).await;
    let officer = house.desk(Persona::JinjiangOfficer);
    officer.perform(propose(ACCOUNT)).await.unwrap();
    let web = house.serve(m2_institutions::room().routes);
    let at = web.get(Some(Persona::JinjiangReviewer), &format!("/institutions/{}/payee", school())).await.location;
    let withdraw = WithdrawPayeeAccount { institution: school(), change: None, reason: "开户行填错了".into() };
    officer.perform(withdraw).await.unwrap();
    officer.perform(ProposePayeeAccount { bank: "工商银行晋江支行".into(), ..propose(ACCOUNT) }).await.unwrap();
    let told = web.post(Some(Persona::JinjiangReviewer), &format!("{at}/confirm"), &[("account", ACCOUNT)]).await;
    assert!(
        told.status == 422 && told.text.contains("现在等着复核的是另一项"),
        "said though the form is gone: {}",
        told.text
    );
    assert_eq!(row(&house).await, before);
}
