//! One server a SQLite file, private files, many connections, an end in time (decisions/0015): the program as it runs.

use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{Place, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_file_is_refused_in_words_and_commands_are_not() {
    let place = Place::sqlite();
    let server = place.start().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("another-name.db");
    std::os::unix::fs::symlink(place.data().join("jinbu.db"), &link).unwrap();
    for database in [
        place.database.clone(),
        format!("sqlite:{}", link.display()),
        format!("sqlite://{}?mode=rwc", place.data().join("jinbu.db").display()),
    ] {
        for data in [place.data(), elsewhere.path().to_owned()] {
            let said = place.run(&[
                "demo",
                "--small",
                "--listen",
                "127.0.0.1:0",
                "--database",
                &database,
                "--data",
                text(&data),
            ]);
            let error = String::from_utf8_lossy(&said.stderr).into_owned();
            assert_eq!(said.status.code(), Some(2), "{error}");
            assert!(error.contains("另一个进补服务正在用数据库") && error.contains("PostgreSQL"), "{error}");
        }
    }
    // There is a journal to verify once the first checkpoint is signed.
    while server.get("/journal/checkpoint").await.expect("the first goes on").0 != 200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    place.verify();
    server.kill();
    // A lock of a process that is gone holds nobody.
    place.start().await.stop();
    place.verify();
}

/// A rotation beside a running server would leave it sealing with the old key and finding nobody by the new index:
/// whichever data folder the keys of either lie in.
#[tokio::test(flavor = "multi_thread")]
async fn m8_9_keys_are_rotated_only_while_no_server_has_the_database() {
    let place = Place::new().await;
    let server = place.start().await;
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(place.data().join("keys.txt"), elsewhere.path().join("keys.txt")).unwrap();
    let settings = elsewhere.path().join("settings.toml");
    let data = text(elsewhere.path());
    let lines = [
        "listen = \"127.0.0.1:0\"".to_owned(),
        "base_url = \"http://127.0.0.1\"".into(),
        format!("database = \"{}\"", place.database),
        format!("data = \"{data}\""),
        "journal_origin = \"jinbu.demo/journal\"".into(),
    ];
    std::fs::write(&settings, lines.join("\n")).unwrap();
    let said = place.run(&["rotate-keys", "--settings", text(&settings)]);
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.status.success() && error.contains("数据库"), "{error}");
    assert_eq!(
        std::fs::read(elsewhere.path().join("keys.txt")).unwrap(),
        std::fs::read(place.data().join("keys.txt")).unwrap(),
        "no key was added"
    );
    server.stop();
    let said = place.run(&["rotate-keys", "--settings", text(&settings)]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn m8_9_what_the_house_keeps_is_its_own_users_alone() {
    let place = Place::sqlite();
    let server = place.start().await;
    let mut open = Vec::new();
    let mut folders = vec![place.data()];
    while let Some(folder) = folders.pop() {
        open.push((folder.clone(), std::fs::metadata(&folder).unwrap().mode() & 0o077));
        for one in std::fs::read_dir(&folder).unwrap() {
            let path = one.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                open.push((path.clone(), std::fs::metadata(&path).unwrap().mode() & 0o077));
            }
        }
    }
    for name in ["jinbu.db", "jinbu.db-wal", "jinbu.db-shm", "keys.txt"] {
        assert!(open.iter().any(|(path, _)| path.ends_with(name)), "{name} is not there: {open:?}");
    }
    // The server's log is the test's own file, which stands beside for the full disks.
    open.retain(|(path, others)| *others != 0 && path.extension().is_none_or(|end| end != "log"));
    assert!(open.is_empty(), "others may read: {open:?}");
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_head_does_not_keep_the_server_from_ending() {
    let place = Place::new().await;
    let server = place.start().await;
    let mut half = server.connect().await;
    half.write_all(b"GET / HTTP/1.1\r\nhost: x").await.unwrap();
    let _silent = server.connect().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let took = server.stop_in();
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_test_from_one_address_is_served_whole() {
    let place = Place::new().await;
    let server = place.start().await;
    let mut all = Vec::new();
    for _ in 0..256 {
        all.push(server.connect().await);
    }
    for _ in 0..3 {
        for one in &mut all {
            one.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        }
        for one in &mut all {
            let (mut read, mut some) = (Vec::new(), [0; 4096]);
            while !is_whole(&read) {
                let got = one.read(&mut some).await.unwrap();
                assert!(got > 0, "closed: {}", String::from_utf8_lossy(&read));
                read.extend_from_slice(&some[..got]);
            }
            assert!(read.starts_with(b"HTTP/1.1 200"));
        }
    }
    assert!(server.stop_in() < Duration::from_secs(5));
}

/// Whether an answer has come to its end; what `/healthz` says differs with the database.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|n| n.parse::<usize>().ok())
    });
    length.is_some_and(|length| body.len() >= length)
}
