"""Another key, encryption, or other subnets for a database that exists: by a new one with its data, in its place.

AWS fixes these when a database is made (RDS-4). So a snapshot is copied under the new key and restored beside the
database, what was restored is compared with what there was, and the two change names; the old one stays, aside and
protected. Every object carries the migration's id and its part in it as tags, so that any later plan finds what is done
and has only the rest to do.

`marks` tells whose part in which migration an object has, `look` reads it all, `target` says what the new database is
to be like, `steps` are the calls, `obstacles` what is in the way, `words` what a plan says of it, `back` the way back.
"""
