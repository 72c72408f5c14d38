# The few commands there are. Each installs what it needs first; a second run installs nothing.

DEMO_DATA ?= data/demo
DEMO_LISTEN ?= 127.0.0.1:3000
STAGES ?=

.DEFAULT_GOAL := help
.PHONY: help run fresh test reliability lint end2end site quick bench soak screens

help: ## this list
	@sed -nE 's/^([a-z0-9]+):.*## (.*)$$/  make \1\t\2/p' Makefile | expand -t 18

run: ## set up, build and open the demo practice; its data stays in data/demo
	@scripts/setup run
	@scripts/build
	@echo "The demo keeps its data in $(DEMO_DATA); 'make fresh' starts afresh."
	@target/debug/portico demo --data-dir $(DEMO_DATA) --listen-addr $(DEMO_LISTEN)

fresh: ## throw the demo's data away
	@rm -rf -- "$(DEMO_DATA)"
	@echo "The demo's data is gone; 'make run' makes it anew."

test: ## every check and every test: formatting, lints, walls, both databases, HTTP, browser
	@scripts/setup test
	@scripts/run-tests $(STAGES)

lint: ## the checks alone, without tests
	@scripts/setup test
	@scripts/run-tests format rooms clippy docs licences

end2end: ## the browser tests alone
	@scripts/setup test
	@scripts/run-tests site browser-tests

site: ## what the browser gets, and what it weighs
	@scripts/setup run
	@scripts/build-site --check

quick: ## the same, unoptimised: for a short loop while working on pages
	@scripts/setup run
	@scripts/build-site --quick

reliability: ## the program mistreated: killed, cut off from disk, database and mail (about ten minutes)
	@scripts/setup test
	@scripts/build-site
	@scripts/run-tests reliability-tests

bench: ## measure, and write the table of docs/performance.md
	@scripts/setup test
	@scripts/build-site
	@scripts/bench

soak: ## the long forms of the tests and measurements that CI runs short (hours)
	@scripts/setup test
	@scripts/build-site
	@scripts/with-postgres cargo test --locked --workspace --release -- --ignored --test-threads 1
	@PAIRS=10000 STEPS=400 scripts/with-postgres cargo test --locked --release --package services --test services updates::together
	@CUTS=2000 KILLS=100 BULK_PATIENTS=10000 BULK_KILLS=20 FILE_KILLS=100 MIGRATION_KILLS=50 RESTARTS=100 STOPS=50 LOCK_SECONDS=60 STALL_SECONDS=60 FLOOD_SECONDS=60 \
		SLOW_SECONDS=120 BACKUP_MB=1024 scripts/run-tests reliability-tests
	@PORTICO=target/release/portico CHATS=200 CHAT_KILLS=200 CHAT_SECONDS=600 CHAT_MESSAGES=20000 CHAT_PAUSE=50 CHAT_CALM=1800 \
		scripts/with-postgres node end2end/reliability/chat.test.mjs
	@PORTICO=target/release/portico LARGE_FILES=50 FILES_EACH=5 scripts/with-postgres node end2end/reliability/files.test.mjs

screens: ## photograph every page into end2end/shots
	@scripts/setup test
	@scripts/build
	@cd end2end && npx playwright test --config screens.config.ts
