// SPDX-License-Identifier: GPL-2.0
#include "target/target.h"

static const struct {
	const char *name;
	const char *text;
} verdicts[] = {
#define X(verdict, name, text) [TARGET_##verdict] = { name, text },
	TARGET_VERDICTS(X)
#undef X
};

const char *target_verdict_name(enum target_verdict verdict)
{
	return verdicts[verdict].name;
}

const char *target_verdict_text(enum target_verdict verdict)
{
	return verdicts[verdict].text;
}
