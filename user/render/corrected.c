// SPDX-License-Identifier: GPL-2.0
#include "render/corrected.h"

#include <math.h>
#include <string.h>

#include "util/cleanup.h"

/* Is there more of it than it may be off by? */
static bool is_sure(const struct corrected *corrected)
{
	return corrected->ns >= corrected->uncertainty_ns;
}

const char *corrected_text(const struct corrected *corrected, char buffer[CORRECTED_MAX])
{
	char text[UNITS_MAX];

	if (!corrected->is_known)
		return strcpy(buffer, "-");
	if (is_sure(corrected))
		return strcpy(buffer, units_duration(corrected->ns, text));
	snprintf(buffer, CORRECTED_MAX, "<%s",
		 units_duration(ceil(fmax(0, corrected->ns) + corrected->uncertainty_ns), text));
	return buffer;
}

const char *corrected_both_text(const struct corrected *corrected, char buffer[CORRECTED_BOTH_MAX])
{
	char value[CORRECTED_MAX], error[UNITS_MAX];

	corrected_text(corrected, value);
	if (corrected->is_known && is_sure(corrected))
		snprintf(buffer, CORRECTED_BOTH_MAX, "%s +-%s", value,
			 units_duration(ceil(corrected->uncertainty_ns), error));
	else
		strcpy(buffer, value);
	return buffer;
}

static void set_one(struct builder *b, json_t *object, const char *name, const char *of, bool known,
		    double ns)
{
	char key[64];

	snprintf(key, sizeof(key), "%s%s_ns", name, of);
	set(b, object, key, known ? json_real(ns) : json_null());
}

void corrected_json(struct builder *b, json_t *object, const char *name,
		    const struct corrected *corrected)
{
	set_one(b, object, name, "_corrected", corrected->is_known, corrected->ns);
	set_one(b, object, name, "_uncertainty", corrected->is_known, corrected->uncertainty_ns);
}

void corrected_csv(const struct corrected *corrected, FILE *out)
{
	if (corrected->is_known)
		fprintf(out, ",%.1f,%.1f", corrected->ns, corrected->uncertainty_ns);
	else
		fputs(",,", out);
}
