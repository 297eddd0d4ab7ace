#!/usr/bin/env bash
# A clear word when Rust or Node is missing.
set -u
ok=0
command -v cargo >/dev/null 2>&1 || { echo "没有找到 Rust（cargo）。请先安装 Rust 1.95 或更新版本。  Rust (cargo) is missing: install Rust 1.95 or newer."; ok=1; }
command -v node >/dev/null 2>&1 || { echo "没有找到 Node.js。请先安装 Node.js 20 或更新版本。  Node.js is missing: install Node.js 20 or newer."; ok=1; }
command -v npm >/dev/null 2>&1 || { echo "没有找到 npm。请随 Node.js 一起安装。  npm is missing: it comes with Node.js."; ok=1; }
[ $ok = 0 ] || exit 1
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || { echo "Node.js 版本太旧（$major），需要 20 或更新。  Node.js is too old."; exit 1; }
