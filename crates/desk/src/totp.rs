//! TOTP for officials (domain §12.3: two factors, one cryptographic). SHA-1, 6 digits, 30 s: what
//! every authenticator app speaks.

use foundation::{Fault, Instant, Stop};
use totp_rs::{Algorithm, Builder, Totp};

/// Seconds of one step.
const STEP: i64 = 30;

/// The step that a code belongs to, if it is right now (or one step early or late) and later than the
/// last one used.
pub fn accepted_step(secret: &[u8], code: &str, now: Instant, last_step: i64) -> Result<Option<i64>, Stop> {
    let totp = generator(secret)?;
    let present = now.timestamp() / STEP;
    Ok((present - 1..=present + 1).filter(|step| *step > last_step).find(|step| {
        let expected = totp.generate(u64::try_from(step * STEP).unwrap_or(0));
        subtle::ConstantTimeEq::ct_eq(expected.to_string().as_bytes(), code.as_bytes()).into()
    }))
}

/// The `otpauth://` address for an authenticator app's QR code (issuer and account in plain letters).
pub fn address(secret: &[u8], login: &str) -> String {
    let login: String = login.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    format!("otpauth://totp/Jinbu:{login}?secret={}&issuer=Jinbu", base32(secret))
}

/// RFC 4648 base32 without padding: what people type when they cannot scan.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut block = [0u8; 5];
        block[..chunk.len()].copy_from_slice(chunk);
        let bits = block.iter().fold(0u64, |all, b| all << 8 | u64::from(*b));
        for at in 0..(chunk.len() * 8).div_ceil(5) {
            out.push(char::from(LETTERS[usize::try_from(bits >> (35 - at * 5) & 31).unwrap_or(0)]));
        }
    }
    out
}

/// The code of the present step (tests and personas).
pub fn code(secret: &[u8], now: Instant) -> Result<String, Stop> {
    Ok(generator(secret)?.generate(u64::try_from(now.timestamp()).unwrap_or(0)).to_string())
}

fn generator(secret: &[u8]) -> Result<Totp, Stop> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(0)
        .with_step_duration(30)
        .with_secret(secret.to_vec())
        .build()
        .map_err(|e| Fault::Db(e.to_string()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    /// RFC 6238 appendix B, SHA-1, last six digits.
    #[test]
    fn codes_are_those_of_rfc_6238_and_work_once() {
        let secret = b"12345678901234567890";
        let at = |s| chrono::Utc.timestamp_opt(s, 0).unwrap();
        assert_eq!(code(secret, at(59)).unwrap(), "287082");
        assert_eq!(code(secret, at(1_111_111_109)).unwrap(), "081804");
        assert_eq!(base32(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let step = accepted_step(secret, "081804", at(1_111_111_109), 0).unwrap();
        assert_eq!(step, Some(1_111_111_109 / 30));
        assert_eq!(
            accepted_step(secret, "081804", at(1_111_111_109), step.unwrap()).unwrap(),
            None,
            "a code works once"
        );
        assert_eq!(accepted_step(secret, "000000", at(1_111_111_109), 0).unwrap(), None);
    }
}
