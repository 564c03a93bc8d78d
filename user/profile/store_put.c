// SPDX-License-Identifier: GPL-2.0
#include "profile/store_put.h"

#include <errno.h>
#include <stdarg.h>

int store_db_error(sqlite3 *db)
{
	int system = 0;

	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	}
	/* Of the file itself: sqlite3_system_errno() forgets it in the roll-back. */
	sqlite3_file_control(db, NULL, SQLITE_FCNTL_LAST_ERRNO, &system);
	return system ? -system : -EIO;
}

int store_put(struct writer *w, sqlite3_stmt *insert, const char *types, ...)
{
	int err = SQLITE_OK, r = 0;
	va_list args;
	s64 value;

	va_start(args, types);
	for (int i = 1; types[i - 1] && !err; i++) {
		if (types[i - 1] == 't') {
			err = sqlite3_bind_text(insert, i, va_arg(args, const char *), -1,
						SQLITE_STATIC);
			continue;
		}
		value = va_arg(args, s64);
		if (types[i - 1] == 'i' && value < 0)
			r = -EOVERFLOW;
		if (types[i - 1] == 'n' || (types[i - 1] == 'o' && value < 0))
			err = sqlite3_bind_null(insert, i);
		else
			err = sqlite3_bind_int64(insert, i, value);
	}
	va_end(args);
	if (r)
		return r;
	if (err || sqlite3_step(insert) != SQLITE_DONE)
		return store_db_error(w->db);
	sqlite3_reset(insert);
	return 0;
}
