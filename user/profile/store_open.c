// SPDX-License-Identifier: GPL-2.0
#include "profile/store_open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "profile/store_schema.h"
#include "profile/text.h"
#include "xg_types.h"
#include "util/cleanup.h"
#include "util/log.h"

/* A string of this length is the longest that is read (a command line may be long). */
#define LENGTH_MAX (16 << 20)

void store_close(sqlite3 **db)
{
	sqlite3_close(*db);
	*db = NULL;
}

int store_damaged(const char *path, const char *what)
{
	_cleanup_free_ char *clean = text_clean(what);

	return err_r(-EINVAL, "%s is damaged: %s", path, clean ?: "?");
}

int store_read_failed(sqlite3 *db, const char *path)
{
	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_NOMEM:
		return err_r(-ENOMEM, "cannot read %s: out of memory", path);
	case SQLITE_NOTADB:
		return err_r(-EINVAL, "%s is no exitgraph profile", path);
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return err_r(-EIO, "cannot read %s: %s", path,
			     strerror(sqlite3_system_errno(db) ? sqlite3_system_errno(db) : EIO));
	default:
		return store_damaged(path, sqlite3_errmsg(db));
	}
}

/*
 * The URI of @path. Immutable: no locks, no journal beside the file is looked for or rolled
 * back, nothing is created. Nobody writes to a profile that is in its place.
 */
static char *file_uri(const char *path)
{
	char *uri = malloc(3 * strlen(path) + 64), *p = uri;

	if (!uri)
		return NULL;
	p += sprintf(p, "file:%s", path[0] == '/' ? "//" : "");
	for (; *path; path++) {
		if (strchr("%?#", *path))
			p += sprintf(p, "%%%02x", *path);
		else
			*p++ = *path;
	}
	strcpy(p, "?immutable=1");
	return uri;
}

static int check_file(const char *path)
{
	struct stat st;
	int err;

	if (stat(path, &st)) {
		err = -errno;
		return err_r(err, "cannot open %s: %s%s", path, strerror(-err),
			     err == -ENOENT ? "; 'exitgraph record -o FILE' makes a profile" : "");
	}
	if (S_ISDIR(st.st_mode))
		return err_r(-EINVAL, "cannot open %s: it is a directory", path);
	if (!S_ISREG(st.st_mode))
		return err_r(-EINVAL, "cannot open %s: a profile is a regular file", path);
	if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS)) {
		err = -errno;
		return err_r(err, "cannot open %s: %s", path, strerror(-err));
	}
	return 0;
}

/* Nothing that the file holds may run, and nothing is believed that can be checked. */
static int harden(sqlite3 *db)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 100);
	sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 100);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	/* No mapping: a file that shrinks meanwhile shall be an error, not a SIGBUS. */
	return sqlite3_exec(db,
			    "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
			    "PRAGMA temp_store = MEMORY; PRAGMA query_only = ON",
			    NULL, NULL, NULL);
}

static int get_number(sqlite3 *db, const char *path, const char *sql, s64 *out)
{
	sqlite3_stmt *query = NULL;
	int err = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) || sqlite3_step(query) != SQLITE_ROW)
		err = store_read_failed(db, path);
	else
		*out = sqlite3_column_int64(query, 0);
	sqlite3_finalize(query);
	return err;
}

static int check_version(sqlite3 *db, const char *path)
{
	s64 application, version;
	int err;

	err = get_number(db, path, "PRAGMA application_id", &application);
	if (!err)
		err = get_number(db, path, "PRAGMA user_version", &version);
	if (err)
		return err;
	if (application != STORE_APPLICATION_ID)
		return err_r(-EINVAL, "%s is no exitgraph profile", path);
	if (version != STORE_VERSION)
		return err_r(-EPROTO,
			     "%s has schema version %lld, this exitgraph reads version %d; use the "
			     "exitgraph that wrote it",
			     path, (long long)version, STORE_VERSION);
	return 0;
}

static int check_tables(sqlite3 *db, const char *path)
{
	sqlite3_stmt *query = NULL;
	int err = 0;

	if (sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_schema WHERE name = ? AND sql = ?", -1,
			       &query, NULL))
		return store_read_failed(db, path);
	for (size_t i = 0; i < ARRAY_SIZE(store_tables) && !err; i++) {
		sqlite3_bind_text(query, 1, store_tables[i].name, -1, SQLITE_STATIC);
		sqlite3_bind_text(query, 2, store_tables[i].sql, -1, SQLITE_STATIC);
		switch (sqlite3_step(query)) {
		case SQLITE_ROW:
			break;
		case SQLITE_DONE:
			err = err_r(-EINVAL, "%s is damaged: its table '%s' is not exitgraph's",
				    path, store_tables[i].name);
			break;
		default:
			err = store_read_failed(db, path);
		}
		sqlite3_reset(query);
	}
	sqlite3_finalize(query);
	return err;
}

/* SQLite takes a last page that is cut short for one that ends in zeros. */
static int check_size(sqlite3 *db, const char *path)
{
	struct stat st;
	s64 page_size;
	int err = get_number(db, path, "PRAGMA page_size", &page_size);

	if (!err && (stat(path, &st) || st.st_size % page_size))
		err = store_damaged(path, "it ends in the middle of a page");
	return err;
}

/*
 * Sound b-trees make reading take time in proportion to the file's size: without this, pages
 * that refer to one another make a small file endless.
 */
static int check_pages(sqlite3 *db, const char *path)
{
	sqlite3_stmt *query = NULL;
	const char *text, *line;
	int err = 0;

	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &query, NULL) ||
	    sqlite3_step(query) != SQLITE_ROW) {
		err = store_read_failed(db, path);
	} else {
		text = (const char *)sqlite3_column_text(query, 0) ?: "?";
		/* What is wrong comes in a second line, below the database's name. */
		line = strchr(text, '\n');
		if (strcmp(text, "ok"))
			err = store_damaged(path, line ? line + 1 : text);
	}
	sqlite3_finalize(query);
	return err;
}

int store_open(const char *path, sqlite3 **out)
{
	_cleanup_(store_close) sqlite3 *db = NULL;
	_cleanup_free_ char *uri = file_uri(path);
	int err;

	if (!uri)
		return err_r(-ENOMEM, "cannot read %s: out of memory", path);
	err = check_file(path);
	if (err)
		return err;
	if (sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL) || harden(db))
		return db ? store_read_failed(db, path) : -ENOMEM;
	err = check_version(db, path);
	if (!err)
		err = check_tables(db, path);
	if (!err)
		err = check_size(db, path);
	if (!err)
		err = check_pages(db, path);
	if (err)
		return err;
	*out = TAKE_PTR(db);
	return 0;
}
