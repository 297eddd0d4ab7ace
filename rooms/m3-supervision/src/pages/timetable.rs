//! (12:37, being written by the opening helper: see /tmp/contract/opening-split.md; please do not write the pages)
