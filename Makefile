# 进补：两条命令 —— make run 与 make test。  Two commands: make run, make test.
SHELL := /bin/bash
LISTEN ?= 127.0.0.1:8080
DATA ?= var
export RUST_BACKTRACE ?= 0

.PHONY: help run assets build test test-sqlite test-postgres e2e bench lint fmt

help:
	@echo "make run    启动演示（http://$(LISTEN)）    make test   全部测试"
	@echo "make bench  性能数字    make lint   静态检查    make e2e    浏览器流程"

run:
	@scripts/check_tools.sh
	@scripts/install.sh run
	@scripts/assets.sh
	cargo run -p jinbu -- demo --listen $(LISTEN) --data $(DATA)

assets:
	@scripts/check_tools.sh
	@scripts/assets.sh

build: assets
	cargo build -p jinbu

test: assets
	@scripts/install.sh test
	scripts/test.sh

test-sqlite: assets
	JINBU_TEST_DB=sqlite cargo test --workspace

test-postgres: assets
	JINBU_TEST_DB=postgres scripts/with_postgres.sh cargo test --workspace

e2e: build
	e2e/run.sh

bench: assets
	@scripts/install.sh test
	scripts/bench.sh

lint: assets
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@PATH="$(or $(JINBU_TOOLS),$(HOME)/.cache/jinbu/tools)/bin:$$PATH"; if command -v cargo-deny >/dev/null 2>&1; then cargo deny --offline check bans licenses sources; else echo "cargo-deny 未安装（scripts/install.sh lint 可装），跳过许可证检查"; fi

fmt:
	cargo fmt --all
