# make run    installs what is missing, builds, and answers "Flask/Gunicorn or Quart/Hypercorn?" on this machine
# make test   installs what is missing, builds, and runs every test
SHELL := /bin/bash
.DEFAULT_GOAL := build
.PHONY: run build test test-unit test-sanitizers test-fuzz test-e2e test-docker test-docker-if-possible bench setup setup-run setup-test setup-bench format lint clean

ifneq ($(shell command -v ccache),)
CACHE := -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
endif
# Warnings are errors where the code is checked, not where a stranger's newer compiler builds it.
WERROR := $(if $(CI),ON,OFF)
SUITE ?= io
ARGS ?=

run: setup-run build
	build/shootout run $(SUITE) $(ARGS)

build:
	@cmake --preset release $(CACHE) -DSHOOTOUT_TESTS=OFF -DSHOOTOUT_WERROR=$(WERROR) --log-level=WARNING >/dev/null
	@cmake --build --preset release --target shootout

setup: setup-test setup-bench
setup-run:
	@tools/setup run
setup-test:
	@tools/setup test
setup-bench:
	@tools/setup bench

test: setup-test build test-sanitizers test-fuzz test-e2e test-docker-if-possible

# The unit tests, under AddressSanitizer and UndefinedBehaviorSanitizer; what has threads also under ThreadSanitizer.
test-sanitizers:
	@cmake --preset asan $(CACHE) -DSHOOTOUT_WERROR=$(WERROR) --log-level=WARNING >/dev/null
	@cmake --build --preset asan --target unit_tests
	@ctest --test-dir build/asan --output-on-failure -j2
	@cmake --preset tsan $(CACHE) -DSHOOTOUT_WERROR=$(WERROR) --log-level=WARNING >/dev/null
	@cmake --build --preset tsan --target engine_test generator_test observe_test
	@ctest --test-dir build/tsan --output-on-failure -j2 -R '^(engine|generator|observe)\.'

test-fuzz:
	@cmake --preset fuzz $(CACHE) --log-level=WARNING >/dev/null
	@cmake --build --preset fuzz --target fuzzers
	@tools/fuzz 10

# On a machine that others use too, a test is given a second chance, and its report says so (R).
test-e2e: build
	@tools/test-python -m pytest tests -q --maxfail=10 --durations=8 $(if $(CI),--reruns 1)

# With a Docker engine of the tests' own, which needs root.
test-docker: TEST_DOCKER ?= always
test-docker: build
	@tools/setup docker
	@SHOOTOUT_TEST_DOCKER=$(TEST_DOCKER) tools/test-python -m pytest tests/test_docker.py -q -rs --maxfail=10 --durations=8 $(if $(CI),--reruns 1)

test-docker-if-possible:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && [ -w /sys/fs/cgroup ]; then \
	$(MAKE) --no-print-directory test-docker TEST_DOCKER=where-possible; \
	else echo "LEFT OUT: the tests with a Docker engine, which need root, apt-get and writable control groups (make test-docker)" >&2; fi

bench: setup-bench build
	@bench/run $(ARGS)

format:
	@git ls-files 'src/*.cc' 'src/*.h' 'bench/*.cc' 'tests/*.cc' 'examples/*.cc' | xargs clang-format-19 -i

lint: setup-test
	@git ls-files 'src/*.cc' 'src/*.h' 'bench/*.cc' 'tests/*.cc' 'examples/*.cc' | xargs clang-format-19 --dry-run -Werror
	@cmake --preset clang $(CACHE) --log-level=WARNING >/dev/null
	@git ls-files 'src/*.cc' | grep -v _test.cc | xargs -P2 -n4 clang-tidy-19 -p build/clang --quiet

clean:
	rm -rf build
