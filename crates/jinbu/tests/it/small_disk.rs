//! A disk of a few megabytes in memory, filled and emptied at will. Mounting needs rights that CI's root has; where
//! they are missing that is said, and nothing is proved.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::text;

/// The disk; gone with this value.
pub struct SmallDisk {
    at: tempfile::TempDir,
}

impl SmallDisk {
    /// A disk of so many megabytes (memory is taken only as it is written).
    pub fn mount(megabytes: u64) -> Option<Self> {
        let at = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m,mode=0755");
        match Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs", text(at.path())]).output() {
            Ok(said) if said.status.success() => Some(Self { at }),
            refused => {
                eprintln!("no small disk can be mounted here, nothing is proved: {refused:?}");
                None
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.at.path()
    }

    /// Leaves so much room beyond what is written by now.
    pub fn leave(&self, kilobytes: u64) {
        let said = Command::new("df").args(["-k", "--output=used", text(self.path())]).output().unwrap();
        let used: u64 = String::from_utf8_lossy(&said.stdout).lines().last().unwrap().trim().parse().unwrap();
        let size = format!("remount,size={}k", used + kilobytes);
        assert!(Command::new("mount").args(["-o", &size, text(self.path())]).status().unwrap().success());
    }

    /// Fills it to the last page.
    pub fn fill(&self) {
        let mut filler = std::fs::OpenOptions::new().create(true).append(true).open(self.filler()).unwrap();
        while filler.write_all(&[7; 4096]).is_ok() {}
    }

    /// Gives the room back.
    pub fn empty(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", text(self.path())]).status();
    }
}
