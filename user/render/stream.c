// SPDX-License-Identifier: GPL-2.0
#include "render/stream.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

int stream_flush(FILE *out)
{
	errno = 0;
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}

int stream_finish(FILE *out, const char *name)
{
	int err = stream_flush(out);

	if (err && err != -EPIPE)
		return err_r(err, "cannot write %s: %s", name, strerror(-err));
	return err;
}

/* As setlocale() goes by them. Asking it needs the locale's files, which a host may not have. */
static const char *locale_name(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return value;
	}
	return "";
}

bool stream_is_unicode(FILE *out)
{
	const char *locale = locale_name();

	return isatty(fileno(out)) && (strcasestr(locale, "UTF-8") || strcasestr(locale, "UTF8"));
}
