//! SM2 and SM3 known answers (GM/T 0003.5, GM/T 0004) and a cross-check with OpenSSL where there is one.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use journal::Keys;
use journal::keys::SM2_ID;
use journal::note::sign_text;
use signed_note::Verifier as _;
use sm3::Digest as _;

const D: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const X: &str = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";
const Y: &str = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const R: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
const S: &str = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
const SM3_ABC: &str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
const SM3_64: &str = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}
fn keys() -> Keys {
    Keys::from_seeds("gm.example", [1; 32], bytes(D).try_into().unwrap()).unwrap()
}

#[test]
fn gm_t_0004_sm3_known_answers() {
    assert_eq!(hex::encode(sm3::Sm3::digest(b"abc")), SM3_ABC);
    assert_eq!(hex::encode(sm3::Sm3::digest(b"abcd".repeat(16))), SM3_64);
}

#[test]
fn gm_t_0003_5_sm2_known_key_and_signature() {
    assert_eq!(SM2_ID, "1234567812345678");
    let public = keys().verifier_keys();
    let sm2 = &public.keys()[1];
    let data = base64_of(&sm2.to_string());
    assert_eq!(hex::encode(&data[data.len() - 65..]), format!("04{X}{Y}"));
    assert!(sm2.verify(b"message digest", &bytes(&format!("{R}{S}"))));
    assert!(!sm2.verify(b"message digesT", &bytes(&format!("{R}{S}"))));
    assert!(!sm2.verify(b"message digest", &bytes(&format!("{S}{R}"))));
    assert!(!sm2.verify(b"message digest", &bytes(R)));
}

fn base64_of(vkey: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.decode(vkey.splitn(3, '+').nth(2).unwrap()).unwrap()
}

fn openssl() -> bool {
    let found =
        Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !found {
        eprintln!("openssl is not installed; the cross-check is skipped");
    }
    found
}

fn der_integer(n: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = n.iter().copied().skip_while(|byte| *byte == 0).collect();
    let pad = digits.first().is_none_or(|byte| byte & 0x80 != 0);
    [&[2, digits.len() as u8 + u8::from(pad)][..], if pad { &[0] } else { &[] }, &digits].concat()
}
fn der_sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    let inside = parts.concat();
    [&[0x30, inside.len() as u8][..], &inside].concat()
}

#[test]
fn openssl_agrees_on_sm3() {
    if !openssl() {
        return;
    }
    let mut child = Command::new("openssl")
        .args(["dgst", "-sm3", "-binary"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all("进补".as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, sm3::Sm3::digest("进补".as_bytes()).to_vec());
}

/// Our checkpoint's SM2 line verifies with OpenSSL, and a changed text does not.
#[test]
fn openssl_verifies_our_sm2_signatures() {
    if !openssl() {
        return;
    }
    let text = "gm.example\n1\n检查点\n";
    let note = sign_text(text, &keys()).unwrap();
    let line = note.lines().last().unwrap();
    let signature = {
        use base64::Engine as _;
        base64::prelude::BASE64_STANDARD.decode(line.rsplit(' ').next().unwrap()).unwrap()[4..].to_vec()
    };
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let algorithm = der_sequence(&[bytes("06072a8648ce3d0201"), bytes("06082a811ccf5501822d")]);
    let public = put("public.der", &der_sequence(&[algorithm, bytes(&format!("03420004{X}{Y}"))]));
    let sig = put("sig.der", &der_sequence(&[der_integer(&signature[..32]), der_integer(&signature[32..])]));
    let verifies = |message: &Path| {
        Command::new("openssl")
            .args([
                "pkeyutl",
                "-verify",
                "-pubin",
                "-keyform",
                "DER",
                "-rawin",
                "-digest",
                "sm3",
                "-pkeyopt",
                "distid:1234567812345678",
            ])
            .arg("-inkey")
            .arg(&public)
            .arg("-in")
            .arg(message)
            .arg("-sigfile")
            .arg(&sig)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    };
    assert!(verifies(&put("text", text.as_bytes())));
    assert!(!verifies(&put("other", b"gm.example\n2\n")));
}
