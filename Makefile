# SPDX-License-Identifier: GPL-2.0
# make        builds build/exitgraph
# make demo   builds, then records and reports real exits
# make check  builds and runs all tests

MAKEFLAGS += --no-builtin-rules
BUILD   := build
VERSION := 0.1

CC      ?= cc
CLANG   ?= clang
STRIP   ?= llvm-strip
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
WERROR  ?=

CPPFLAGS := -D_GNU_SOURCE -DEXITGRAPH_VERSION='"$(VERSION)"' -Iuser -Iinclude -I$(BUILD)
CFLAGS   := -std=gnu17 -O2 -g -Wall -Wextra -Wno-unused-parameter $(WERROR) -MMD -MP
# Static: one file, to be copied to any host, and into the lab's hosts.
# libsqlite3.a could dlopen() extensions, which nobody asks for: the linker need not warn of it.
LDFLAGS  := -static -Wl,--no-warnings
LDLIBS   := -lbpf -lelf -lz -lsqlite3 -ljansson -lm -lpthread -ldl

BPF_CFLAGS := -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -Wno-unused-parameter $(WERROR) \
	      -Iinclude -Ivmlinux -Ibpf -I/usr/include/$(shell uname -m)-linux-gnu -MMD -MP

SRCS := $(sort $(wildcard user/*.c user/*/*.c))
OBJS := $(SRCS:%.c=$(BUILD)/%.o)
# All but the main file, for the unit tests.
LIB_OBJS := $(filter-out $(BUILD)/user/main.o,$(OBJS))

UNIT_SRCS  := $(sort $(wildcard tests/unit/*_test.c))
UNIT_TESTS := $(UNIT_SRCS:tests/unit/%.c=$(BUILD)/tests/%)

.PHONY: all demo check unit unit-programs fuzz-short bench-programs bench-overhead bench-scale clean
all: $(BUILD)/exitgraph

$(BUILD)/exitgraph: $(OBJS)
	$(CC) $(LDFLAGS) -o $@ $(OBJS) $(LDLIBS)

$(BUILD)/user/%.o: user/%.c | $(BUILD)/exitgraph.skel.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/exitgraph.bpf.o: bpf/exitgraph.bpf.c Makefile
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -c -o $@ $<
	$(STRIP) -g $@

$(BUILD)/exitgraph.skel.h: $(BUILD)/exitgraph.bpf.o
	$(BPFTOOL) gen skeleton $< name exitgraph_bpf > $@.tmp
	mv $@.tmp $@

# A unit test is a cmocka program, linked with all of user/ but main.c.
$(BUILD)/tests/%: tests/unit/%.c $(LIB_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Ibpf -Itests/unit $(CFLAGS) -o $@ $< $(LIB_OBJS) $(LDLIBS) -lcmocka

# What the benchmark puts beside exitgraph: the floors, and a task that is no vCPU.
$(BUILD)/bench_floor.bpf.o: tests/bench/floor.bpf.c Makefile
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -c -o $@ $<
	$(STRIP) -g $@

$(BUILD)/bench_floor.skel.h: $(BUILD)/bench_floor.bpf.o
	$(BPFTOOL) gen skeleton $< name bench_floor > $@.tmp
	mv $@.tmp $@

$(BUILD)/bench/floor: tests/bench/floor.c $(BUILD)/bench_floor.skel.h $(LIB_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB_OBJS) $(LDLIBS)

$(BUILD)/bench/outsider: tests/bench/outsider.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $<

bench-programs: $(BUILD)/bench/floor $(BUILD)/bench/outsider

# The accounting of many vCPUs, simulated; the state and the report of 512.
$(BUILD)/scale: tests/bench/scale.c $(LIB_OBJS)
	$(CC) $(CPPFLAGS) -Ibpf -Itests/unit $(CFLAGS) -o $@ $< $(LIB_OBJS) $(LDLIBS) -lcmocka

bench-overhead:
	scripts/bench-overhead --tools

bench-scale: $(BUILD)/scale $(BUILD)/exitgraph
	scripts/bench-scale

unit-programs: $(UNIT_TESTS)

unit: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t || exit 1; done

# The importer on mutated dumps, with sanitizers: FUZZ_SECONDS of it. import_libfuzzer is the
# same for clang's libFuzzer (libclang-rt-14-dev), to be run by hand for longer.
FUZZ_SECONDS ?= 5
FUZZ_SRCS    := tests/fuzz/import_fuzz.c $(sort $(wildcard user/import/*.c)) \
		$(addprefix user/profile/,bench.c cycle.c hist.c losses.c profile.c reasons.c \
			reasons_trace.c text.c tree.c)
FUZZ_CFLAGS  := $(filter-out -MMD -MP,$(CFLAGS)) -fsanitize=address,undefined \
		-fno-sanitize-recover=all

$(BUILD)/import_fuzz: $(FUZZ_SRCS) $(wildcard user/import/*.h user/profile/*.h include/*.h)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(FUZZ_CFLAGS) -o $@ $(FUZZ_SRCS)

$(BUILD)/import_libfuzzer: $(FUZZ_SRCS) $(wildcard user/import/*.h user/profile/*.h include/*.h)
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) -DLIBFUZZER $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $(FUZZ_SRCS)

fuzz-short: $(BUILD)/import_fuzz
	cd $(BUILD) && ./import_fuzz -t $(FUZZ_SECONDS) -s $$(date +%s) \
		$(abspath $(wildcard ../shared/traces/*.md))

demo:
	scripts/demo

check:
	scripts/check

clean:
	rm -rf $(BUILD)

-include $(OBJS:.o=.d) $(BUILD)/exitgraph.bpf.d $(UNIT_TESTS:=.d) $(BUILD)/scale.d \
	 $(wildcard $(BUILD)/bench*.d $(BUILD)/bench/*.d)
